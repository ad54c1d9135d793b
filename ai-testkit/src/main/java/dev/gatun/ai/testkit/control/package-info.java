/** Scripts as JSON, and the endpoint that takes them from another process. */
@NullMarked
package dev.gatun.ai.testkit.control;

import org.jspecify.annotations.NullMarked;
