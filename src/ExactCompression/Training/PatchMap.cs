using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ExactCompression.Numerics;

namespace ExactCompression.Training;

/// <summary>
/// What each position of a convolution's result reads, as rows of a matrix: the convolution is then a product with its filters. A patch
/// holds the channels of the first tap, then those of the next; what lies in the padding is 0.
/// </summary>
internal sealed unsafe class PatchMap
{
    private readonly ValueLayout input;
    private readonly int[] sources;
    private readonly int taps;
    private readonly int channels;

    /// <summary>Finds what is read where.</summary>
    /// <param name="plan">The convolution.</param>
    /// <param name="input">The layout of what it takes.</param>
    public PatchMap(LayerPlan plan, ValueLayout input)
    {
        this.input = input;
        ConvolutionShape window = plan.Window!.Value;
        (int height, int width) = (plan.Input[1], plan.Input[2]);
        taps = window.Taps;
        // Channels of layers are copied with those that fill up their panels.
        channels = input.ChannelStep == 1 ? input.PositionStep : input.Shape[0];
        Positions = plan.Positions;
        Width = TrainingLayer.Padded(taps * channels);
        sources = new int[Positions * taps];
        int at = 0;
        for (int row = 0; row < plan.Output[1]; row++)
        {
            for (int column = 0; column < plan.Output[2]; column++)
            {
                for (int tap = 0; tap < taps; tap++)
                {
                    int y = window.InputRow(row, tap / window.KernelWidth), x = window.InputColumn(column, tap % window.KernelWidth);
                    sources[at++] = y < 0 || y >= height || x < 0 || x >= width ? -1 : ((y * width) + x) * input.PositionStep;
                }
            }
        }
    }

    /// <summary>Rows of the matrix for each row of values.</summary>
    public int Positions { get; }

    /// <summary>Values of a patch, with those that fill it up.</summary>
    public int Width { get; }

    /// <summary>Where each weight of a filter is in a patch, in the order of the network that is made: channel after channel.</summary>
    public int[] Places()
    {
        int[] places = new int[input.Shape[0] * taps];
        for (int c = 0, at = 0; c < input.Shape[0]; c++)
        {
            for (int tap = 0; tap < taps; tap++)
                places[at++] = (tap * channels) + c;
        }

        return places;
    }

    /// <summary>Collects the patches of one row.</summary>
    /// <param name="values">The row.</param>
    /// <param name="patches">Gets <see cref="Positions"/> x <see cref="Width"/> values; what fills patches up is left as it is.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Gather(float* values, float* patches)
    {
        for (int p = 0, at = 0; p < Positions; p++)
        {
            float* patch = patches + ((nint)p * Width);
            for (int tap = 0; tap < taps; tap++, at++, patch += channels)
            {
                if (sources[at] < 0)
                {
                    new Span<float>(patch, channels).Clear();
                }
                else if (input.ChannelStep == 1)
                {
                    new ReadOnlySpan<float>(values + sources[at], channels).CopyTo(new(patch, channels));
                }
                else
                {
                    float* source = values + sources[at];
                    for (int c = 0; c < channels; c++)
                        patch[c] = source[(nint)c * input.ChannelStep];
                }
            }
        }
    }

    /// <summary>Adds up the gradients by the values of one row, from those by its patches. The values are a layer's, not data.</summary>
    /// <param name="patches">The gradients by the patches.</param>
    /// <param name="values">Gets those by the values.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Scatter(float* patches, float* values)
    {
        new Span<float>(values, input.Width).Clear();
        for (int p = 0, at = 0; p < Positions; p++)
        {
            float* patch = patches + ((nint)p * Width);
            for (int tap = 0; tap < taps; tap++, at++, patch += channels)
            {
                if (sources[at] < 0)
                    continue;
                float* target = values + sources[at];
                for (int c = 0; c < channels; c += Vector512<float>.Count)
                    (Vector512.Load(target + c) + Vector512.Load(patch + c)).Store(target + c);
            }
        }
    }
}
