/** Small language models over characters: the network, its vocabulary, sampling, and its folder. */
@org.jspecify.annotations.NullMarked
package dev.gatun.nn.text;
