using ExactCompression.Stability;

namespace ExactCompression;

/// <summary>Decides which hidden neurons are stable: the library behind <c>Find-UnstableNeuronsGpu</c> and <c>Find-StableNeurons</c>.</summary>
public static class StabilityAnalysis
{
    /// <summary>The witness half: shows neurons unstable by points of the domain, on a device. Never claims that one is stable.</summary>
    /// <param name="table">What is known so far; it is gone on from.</param>
    /// <param name="data">Rows to run through the network first, or null. Rows outside the domain are clipped to it.</param>
    /// <param name="device">Where to compute.</param>
    /// <param name="options">Limits, threads, seed, progress.</param>
    /// <param name="cancellation">When cancelled, the search returns what it has within a second; it does not throw.</param>
    /// <exception cref="InvalidInputException">The data does not fit the network.</exception>
    public static StabilityTable FindUnstable(StabilityTable table, InputData? data, IWitnessDevice device, SearchOptions options, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>Both halves: rigorous bounds prove neurons stable, witnesses show them unstable, cheapest evidence first.</summary>
    /// <param name="table">What is known so far; it is gone on from.</param>
    /// <param name="data">Rows to run through the network first, or null. Rows outside the domain are clipped to it.</param>
    /// <param name="options">Limits, threads, seed, progress.</param>
    /// <param name="cancellation">When cancelled, the search returns what it has within a second; it does not throw.</param>
    /// <exception cref="InvalidInputException">The data does not fit the network.</exception>
    public static StabilityTable FindStable(StabilityTable table, InputData? data, SearchOptions options, CancellationToken cancellation) => throw new NotImplementedException();
}
