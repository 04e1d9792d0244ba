// Runs the command of a run frame through the inner init: passes on frames and signals, and receives its trailer.
#pragma once
#include "run.h"

// As run in run.h.
enum run_result relay_run(struct init *init, const struct header *header, const void *payload, struct inbox *inbox,
                          struct trailer *trailer);
