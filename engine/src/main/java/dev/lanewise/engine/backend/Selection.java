package dev.lanewise.engine.backend;

import dev.lanewise.engine.kernel.Probe;
import java.util.List;

/**
 * A choice and its reason.
 *
 * @param request what was asked for
 * @param backend the name of the backend chosen
 * @param reason one sentence: why this one, and why not a better one
 * @param degraded whether {@link BackendRequest#AUTO} had to do with less than the vector backend
 * @param probes what was found out on the way, in the order of asking
 */
public record Selection(
    BackendRequest request, String backend, String reason, boolean degraded, List<Probe> probes) {}
