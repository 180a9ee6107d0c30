using ExactCompression.Gpu.Kernels;
using ILGPU;

namespace ExactCompression.Gpu;

/// <summary>A linear map on the device. Its calls only queue launches.</summary>
internal interface IDeviceMap
{
    /// <summary>Whether the launch that finishes a layer also finds the extremes of its rows.</summary>
    bool FindsExtremes { get; }

    /// <summary>The map of a batch.</summary>
    /// <param name="call">What to read and to write.</param>
    void Apply(in ForwardCall call);

    /// <summary>The transpose of a batch of gradients.</summary>
    /// <param name="gradient">By the map's results, results x points.</param>
    /// <param name="call">Where its shares go.</param>
    void Pull(MatrixView gradient, in BackwardCall call);

    /// <summary>The transpose where each point's gradient is one signed element.</summary>
    /// <param name="targets">For each point the element.</param>
    /// <param name="signs">For each point the sign.</param>
    /// <param name="call">Where its shares go.</param>
    void Seed(ArrayView<int> targets, ArrayView<float> signs, in BackwardCall call);
}

/// <summary>A term of a layer, forward.</summary>
/// <param name="X">The value that the term takes, elements x points.</param>
/// <param name="Floor">What it is clipped at from below.</param>
/// <param name="Bias">The layer's biases.</param>
/// <param name="Rows">The rows to compute: all, in order, where they are stored.</param>
/// <param name="Outputs">Which results there are: as of <see cref="AffineKernel"/>.</param>
/// <param name="Z">The layer's pre-activations, elements x points.</param>
/// <param name="FirstNeuron">The number of the layer's first neuron over all layers.</param>
/// <param name="Largest">The largest values of each tile.</param>
internal readonly record struct ForwardCall(
    MatrixView X, float Floor, ArrayView<float> Bias, ArrayView<int> Rows, int Outputs, MatrixView Z, int FirstNeuron, RankedView Largest)
{
    /// <summary>Whether the term is added to what is there: 0 or 1.</summary>
    public int Add => (Outputs & AffineKernel.Add) != 0 ? 1 : 0;
}

/// <summary>A term of a layer, backward.</summary>
/// <param name="Below">The value that the term takes, elements x points.</param>
/// <param name="Floor">The number above which it passes gradients on.</param>
/// <param name="Add">Whether they are added to what other readers have left there: 0 or 1.</param>
/// <param name="Result">The gradients by that value, elements x points.</param>
internal readonly record struct BackwardCall(MatrixView Below, float Floor, int Add, MatrixView Result);
