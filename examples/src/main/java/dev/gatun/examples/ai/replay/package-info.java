/** The routing proof: recorded scores of models, routed as the client would route them. */
@org.jspecify.annotations.NullMarked
package dev.gatun.examples.ai.replay;
