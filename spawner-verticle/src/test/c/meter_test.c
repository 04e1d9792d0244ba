// Prints what the meter reads from a folder of cgroup files.                              usage: meter_test FOLDER
#include "../../main/c/meter.h"
#include <stdio.h>

int main(int argc, char **argv) {
    if (argc != 2) return 64;
    struct meter meter;
    meter_open(&meter, argv[1]);
    struct reading reading = meter_read(&meter);
    printf("cpu known %d us %lu, oom kills %lu, peak %lu\n", meter_knows_cpu(&meter), (unsigned long)reading.cpu_us,
           (unsigned long)reading.oom_kills, (unsigned long)reading.peak_memory);
    return 0;
}
