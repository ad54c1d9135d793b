/** The providers' formats: requests out, answers, streams and errors in. */
@org.jspecify.annotations.NullMarked
package dev.gatun.ai.provider.dialect;
