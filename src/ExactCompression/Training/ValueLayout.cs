namespace ExactCompression.Training;

/// <summary>
/// Where training keeps the values of a row. Data stays as it comes, channel after channel. Values of layers are position after position,
/// with as many channels as fill whole panels, so that a convolution is a product of matrices; the added channels are 0.
/// </summary>
/// <param name="Shape">Channels, rows and columns; one axis for a vector.</param>
/// <param name="ChannelStep">From one channel to the next.</param>
/// <param name="PositionStep">From one position to the next.</param>
/// <param name="Width">Values of a row with those that fill it up.</param>
internal sealed record ValueLayout(TensorShape Shape, int ChannelStep, int PositionStep, int Width)
{
    /// <summary>Positions of each channel.</summary>
    public int Positions => Shape.Elements / Shape[0];

    /// <summary>The layout of data.</summary>
    public static ValueLayout OfData(TensorShape shape) =>
        new(shape, shape.Elements / shape[0], 1, TrainingLayer.Padded(shape.Elements));

    /// <summary>The layout of what a layer gives.</summary>
    public static ValueLayout OfLayer(TensorShape shape)
    {
        int channels = TrainingLayer.Padded(shape[0]);
        return new(shape, 1, channels, shape.Elements / shape[0] * channels);
    }

    /// <summary>Where each value is, in the order of the network that is made: channel after channel.</summary>
    public int[] Places()
    {
        int[] places = new int[Shape.Elements];
        for (int c = 0, at = 0; c < Shape[0]; c++)
        {
            for (int p = 0; p < Positions; p++)
                places[at++] = (c * ChannelStep) + (p * PositionStep);
        }

        return places;
    }
}
