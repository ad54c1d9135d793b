/** Finds personal data in requests, replaces it by placeholders and puts it back into answers. */
@org.jspecify.annotations.NullMarked
package dev.gatun.ai.privacy;
