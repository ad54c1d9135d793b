/** HTTP/1.1 on plain sockets, with control over each byte that is sent. */
@NullMarked
package dev.gatun.ai.testkit.wire;

import org.jspecify.annotations.NullMarked;
