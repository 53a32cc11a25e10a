package dev.lanewise.data;

/**
 * A data set that its makers divided.
 *
 * @param train the rows to learn from
 * @param test the rows to judge by
 */
public record TrainTest(ImageSet train, ImageSet test) {}
