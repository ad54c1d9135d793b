/** The formats of OpenAI and Anthropic, so that their clients need only another base URL. */
@org.jspecify.annotations.NullMarked
package dev.gatun.gateway.chat;
