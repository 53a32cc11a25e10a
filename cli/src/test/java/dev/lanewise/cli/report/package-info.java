@NullMarked
package dev.lanewise.cli.report;

import org.jspecify.annotations.NullMarked;
