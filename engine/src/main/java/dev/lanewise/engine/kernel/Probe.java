package dev.lanewise.engine.kernel;

import java.util.Map;

/**
 * What was found out about one backend on this machine, without choosing it.
 *
 * @param name the backend's name
 * @param available whether {@link KernelProvider#create} would succeed
 * @param detail one sentence: what it would use, or why it is unavailable and what to do about it
 * @param facts named facts for a diagnosis, in a fixed order (vector width, library version, ...)
 */
public record Probe(String name, boolean available, String detail, Map<String, String> facts) {}
