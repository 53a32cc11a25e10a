@org.jspecify.annotations.NullMarked
package dev.lanewise.cli.serve;
