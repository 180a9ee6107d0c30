namespace ExactCompression.Witnesses;

/// <summary>
/// Where witness search computes: the CPU's vector units or a graphics card. Everything on it is float32 and may be rounded in any way: it
/// finds candidates, which the caller confirms in double precision with an error bound.
/// </summary>
public interface IWitnessDevice : IDisposable
{
    /// <summary>Its name in tables and messages, such as <c>CPU (SIMD)</c> or the card's name.</summary>
    string Name { get; }

    /// <summary>Puts a network on the device.</summary>
    /// <param name="network">The network; only its hidden layers are used.</param>
    /// <param name="domain">The box that points stay in, of the network's input size.</param>
    /// <param name="threads">CPU threads to use; 0 for all cores. A card may ignore it.</param>
    /// <param name="mostPoints">The maximum number of points in a batch; fewer need less memory.</param>
    /// <exception cref="ComputeDeviceException">The device cannot hold it: the work can continue on another one.</exception>
    IWitnessSession Open(ReluNetwork network, InputDomain domain, int threads, int mostPoints = int.MaxValue);
}
