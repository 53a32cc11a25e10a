package dev.lanewise.engine;

import dev.lanewise.engine.backend.Selection;

/**
 * What an engine is made of, for logs and diagnoses.
 *
 * @param backend the backend's name
 * @param reason why this one
 * @param threads the most threads a job uses, the calling one included
 * @param selection the whole choice, with what was probed
 */
public record EngineInfo(String backend, String reason, int threads, Selection selection) {}
