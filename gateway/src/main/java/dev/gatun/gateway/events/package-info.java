/** What happened, told to other systems. */
@org.jspecify.annotations.NullMarked
package dev.gatun.gateway.events;
