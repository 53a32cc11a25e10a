/**
 * What the engine tells the recorder of the JVM (JFR) and the log. Not exported: events are read by
 * name, from recordings.
 */
@NullMarked
package dev.lanewise.engine.event;

import org.jspecify.annotations.NullMarked;
