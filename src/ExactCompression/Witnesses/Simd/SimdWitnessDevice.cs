using System.Globalization;
using System.Runtime.Intrinsics;

namespace ExactCompression.Witnesses;

/// <summary>Witness search on the CPU's vector units, all cores.</summary>
public sealed class SimdWitnessDevice : IWitnessDevice
{
    /// <inheritdoc/>
    public string Name => "CPU (SIMD)";

    /// <summary>Width of the vectors in bits.</summary>
    public static int VectorBits => Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128;

    /// <inheritdoc/>
    public IWitnessSession Open(ReluNetwork network, InputDomain domain, int threads, int mostPoints = int.MaxValue) =>
        new SimdWitnessSession(network, domain.For(network.InputSize), threads, mostPoints);

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    /// <inheritdoc/>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Name}, {Environment.ProcessorCount} cores, {VectorBits}-bit vectors");
}
