namespace ExactCompression.Stability;

/// <summary>
/// Where witness search computes: the CPU's vector units or a graphics card. Everything on it is float32 and may round as it likes:
/// what it finds are candidates, which the caller confirms in double with an error bound.
/// </summary>
public interface IWitnessDevice : IDisposable
{
    /// <summary>What tables and messages call it, such as <c>CPU (SIMD)</c> or the card's name.</summary>
    string Name { get; }

    /// <summary>Puts a network on the device.</summary>
    /// <param name="network">The network; only its hidden layers are used.</param>
    /// <param name="domain">The box that points stay in, of the network's input size.</param>
    /// <param name="threads">CPU threads to use; 0 for all cores. A card may ignore it.</param>
    /// <exception cref="ComputeDeviceException">The device cannot take it: the work can go on elsewhere.</exception>
    IWitnessSession Open(ReluNetwork network, InputDomain domain, int threads);
}

/// <summary>A network on a device, and a batch of points that moves through its domain. Not safe for concurrent use.</summary>
/// <remarks>Any call but <see cref="IDisposable.Dispose"/> throws a <see cref="ComputeDeviceException"/> when the device fails (out of memory, lost).</remarks>
public interface IWitnessSession : IDisposable
{
    /// <summary>The most points a batch can have: what fits the device's memory and keeps it busy.</summary>
    int MaxPoints { get; }

    /// <summary>Takes a new batch of points, clips each to the domain, and forgets momentum.</summary>
    /// <param name="points">Row-major <paramref name="count"/> x input size.</param>
    /// <param name="count">1 to <see cref="MaxPoints"/>.</param>
    void Load(ReadOnlySpan<float> points, int count);

    /// <summary>
    /// Runs the batch through hidden layers 1 to <paramref name="depth"/>, remembering activations for <see cref="Ascend"/>, and
    /// reduces each neuron's pre-activation to its extremes over the batch.
    /// </summary>
    /// <param name="depth">1-based last hidden layer to compute.</param>
    /// <param name="extremes">One element for each neuron of layers 1 to <paramref name="depth"/>, in order; overwritten. Ties take the lowest point number; a NaN is passed over.</param>
    void Forward(int depth, Span<NeuronExtremes> extremes);

    /// <summary>Copies pre-activations of the last <see cref="Forward"/>.</summary>
    /// <param name="layer">1-based hidden layer, at most that call's depth.</param>
    /// <param name="neurons">0-based neurons of that layer.</param>
    /// <param name="values">Row-major points x <paramref name="neurons"/>.</param>
    void ReadPreActivations(int layer, ReadOnlySpan<int> neurons, Span<float> values);

    /// <summary>
    /// Moves every point one step up the gradient of its own target, the signed pre-activation of one neuron of <paramref name="layer"/> as of the last
    /// <see cref="Forward"/>: <c>m = momentum m + g / mean|g|</c>, <c>x = clip(x + step (upper - lower) sign(m))</c>. A point whose gradient vanished goes on by its momentum.
    /// </summary>
    /// <param name="layer">1-based hidden layer that the targets are in.</param>
    /// <param name="targets">For each point its 0-based neuron.</param>
    /// <param name="signs">For each point 1 to make the pre-activation grow, -1 to make it fall.</param>
    /// <param name="step">Share of the domain's width to move in each input.</param>
    /// <param name="momentum">0 to 1.</param>
    void Ascend(int layer, ReadOnlySpan<int> targets, ReadOnlySpan<float> signs, float step, float momentum);

    /// <summary>Copies one point of the batch.</summary>
    /// <param name="index">0-based.</param>
    /// <param name="point">Input size.</param>
    void ReadPoint(int index, Span<float> point);
}

/// <summary>The smallest and largest pre-activation of a neuron over a batch, and the points that reach them.</summary>
/// <param name="Minimum">Smallest value; infinity where no point gave a number.</param>
/// <param name="Maximum">Largest value; minus infinity where no point gave a number.</param>
/// <param name="MinimumPoint">0-based point of the minimum; -1 where there is none.</param>
/// <param name="MaximumPoint">0-based point of the maximum; -1 where there is none.</param>
public readonly record struct NeuronExtremes(float Minimum, float Maximum, int MinimumPoint, int MaximumPoint);
