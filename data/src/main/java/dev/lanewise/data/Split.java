package dev.lanewise.data;

/**
 * A division of the rows of one data set into three parts that share no row.
 *
 * @param train row indices to learn from, in the order they are to be taken
 * @param validation row indices to choose by
 * @param test row indices to judge by
 */
@SuppressWarnings("ArrayRecordComponent") // splits are read, never compared
public record Split(int[] train, int[] validation, int[] test) {}
