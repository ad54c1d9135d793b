/** What can go wrong, sealed: the type of an error says what may be done next. */
@org.jspecify.annotations.NullMarked
package dev.gatun.ai.error;
