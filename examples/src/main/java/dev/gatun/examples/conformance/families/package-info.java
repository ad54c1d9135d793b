/** Which Gatun function computes each operation of the recorded cases: one table per family. */
@NullMarked
package dev.gatun.examples.conformance.families;

import org.jspecify.annotations.NullMarked;
