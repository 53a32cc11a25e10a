@NullMarked
package dev.lanewise.cli.experiment;

import org.jspecify.annotations.NullMarked;
