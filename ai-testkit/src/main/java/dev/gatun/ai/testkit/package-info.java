/**
 * A scripted server that speaks the wire formats of OpenAI, Anthropic, Perplexity, Gemini and xAI:
 * real status lines, headers and bytes, with every fault a test may want.
 *
 * <p>{@link dev.gatun.ai.testkit.ScriptedServer} is the entry: what it answers is a {@link
 * dev.gatun.ai.testkit.Script}, chosen by a {@link dev.gatun.ai.testkit.Match}; what came in is a
 * {@link dev.gatun.ai.testkit.RecordedRequest}.
 */
@NullMarked
package dev.gatun.ai.testkit;

import org.jspecify.annotations.NullMarked;
