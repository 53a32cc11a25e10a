package dev.lanewise.data;

/**
 * The division of mini-MNIST, with the two sets of test rows that its experiments need. Each part
 * has its digits in ascending order.
 *
 * @param train 80 row indices a digit, in the shuffled order
 * @param validation the next 10 a digit
 * @param publishedTest the last 10 a digit before shuffling, most of which are in the other parts
 *     too: what the write-up's code does
 * @param correctedTest the last 10 a digit after shuffling, which share no row with the other parts
 */
@SuppressWarnings("ArrayRecordComponent") // splits are read, never compared
public record MiniMnistSplit(
    int[] train, int[] validation, int[] publishedTest, int[] correctedTest) {}
