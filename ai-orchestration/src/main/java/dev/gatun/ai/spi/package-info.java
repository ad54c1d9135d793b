/** What a provider implements, and what the client hands to it. */
@org.jspecify.annotations.NullMarked
package dev.gatun.ai.spi;
