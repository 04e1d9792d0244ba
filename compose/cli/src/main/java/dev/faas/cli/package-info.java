/** The command-line client. */
@NullMarked
package dev.faas.cli;

import org.jspecify.annotations.NullMarked;
