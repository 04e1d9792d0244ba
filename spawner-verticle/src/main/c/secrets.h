// Writes the secrets of a run to files, which its command's user alone can read.
#pragma once
#include "frames.h"
#include "identity.h"

// A tmpfs, which the spawner mounts for a function with such files. It is emptied as every tmpfs after a run.
#define SECRETS "/run/secrets"

// as: the user of the command; NULL: init's own. -1 and errno on failure.
int secrets_write(const struct run_frame *frame, const struct identity *as);
