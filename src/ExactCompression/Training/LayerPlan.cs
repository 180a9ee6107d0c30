using ExactCompression.Networks;
using ExactCompression.Numerics;

namespace ExactCompression.Training;

/// <summary>A layer to train: what it takes and gives, in the order of the network that is made.</summary>
/// <param name="Input">Shape of what it takes: channels, rows and columns before a convolution.</param>
/// <param name="Output">Shape of what it gives.</param>
/// <param name="Window">The window of a convolution; null for a dense layer.</param>
/// <param name="IsNormalised">Whether BatchNormalization follows.</param>
internal sealed record LayerPlan(TensorShape Input, TensorShape Output, ConvolutionShape? Window = null, bool IsNormalised = false)
{
    /// <summary>Neurons of a dense layer, filters of a convolution.</summary>
    public int Channels => Output[0];

    /// <summary>Positions of each filter; 1 for a dense layer.</summary>
    public int Positions => Output.Elements / Channels;

    /// <summary>Weights of a neuron.</summary>
    public int Fan => Window is { } window ? Input[0] * window.Taps : Input.Elements;

    /// <summary>The layers of a classifier.</summary>
    /// <param name="options">What is to be trained.</param>
    /// <param name="columns">Values per row of the data.</param>
    /// <param name="classes">Outputs.</param>
    /// <exception cref="InvalidInputException">The architecture cannot be read, or does not fit the data.</exception>
    public static LayerPlan[] Of(ClassifierOptions options, int columns, int classes)
    {
        var layers = new List<LayerPlan>();
        TensorShape shape = new(columns);
        IReadOnlyList<int> hidden = options.Hidden;
        if (options.Architecture.Length > 0)
        {
            var architecture = ClassifierArchitecture.Parse(options.Architecture);
            shape = ClassifierArchitecture.InputShape(options.InputShape, columns);
            foreach ((int filters, ConvolutionShape window) in architecture.Convolutions)
            {
                int height = window.OutputHeight(shape[1]), width = window.OutputWidth(shape[2]);
                // A kernel may reach into the padding, but not as far as to see all there is from everywhere.
                int kernel = window.KernelHeight;
                if (kernel > Math.Min(shape[1], shape[2]) + (2 * window.PadTop) || kernel > (2 * Math.Max(shape[1], shape[2])) + 1)
                    throw new InvalidInputException(
                        "ArchitectureDoesNotFit",
                        $"A kernel of {kernel} x {kernel} does not fit into {shape}, layer {layers.Count + 1} of "
                            + $"'{options.Architecture}'.",
                        "Give smaller kernels or strides, or fewer convolutions.");
                layers.Add(new(shape, new(filters, height, width), window, options.BatchNormalization));
                shape = layers[^1].Output;
            }

            hidden = architecture.Hidden;
        }

        foreach (int width in (int[])[.. hidden, classes])
        {
            layers.Add(new(shape, new(width)));
            shape = layers[^1].Output;
        }

        return [.. layers];
    }
}
