namespace ExactCompression.Witnesses;

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
    /// <param name="mostPoints">The most points that a batch may have; fewer need less memory.</param>
    /// <exception cref="ComputeDeviceException">The device cannot take it: the work can go on elsewhere.</exception>
    IWitnessSession Open(ReluNetwork network, InputDomain domain, int threads, int mostPoints = int.MaxValue);
}
