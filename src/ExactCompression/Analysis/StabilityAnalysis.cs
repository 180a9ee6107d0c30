using ExactCompression.Analysis;
using ExactCompression.Witnesses;

namespace ExactCompression;

/// <summary>
/// Decides which hidden neurons are stable: the library behind <c>Find-UnstableNeuronsGpu</c> and <c>Find-StableNeurons</c>.
/// </summary>
public static class StabilityAnalysis
{
    /// <summary>
    /// The witness half: proves neurons unstable by points of the domain, on a device. Never claims that a neuron is stable.
    /// </summary>
    /// <param name="table">What is known so far; the search continues from it.</param>
    /// <param name="data">Rows to evaluate on the network first, or null. Rows outside the domain are clipped to it.</param>
    /// <param name="device">Where to compute.</param>
    /// <param name="options">Limits, threads, seed, progress.</param>
    /// <param name="cancellation">When cancelled, the search returns what it has within a second; it does not throw.</param>
    /// <exception cref="InvalidInputException">The data does not fit the network.</exception>
    public static StabilityTable FindUnstable(
        StabilityTable table, InputData? data, IWitnessDevice device, SearchOptions options, CancellationToken cancellation) =>
        new UnstableSearch(table, data, device, options).Run(cancellation);

    /// <summary>
    /// Both halves: rigorous bounds prove neurons stable, witnesses show them unstable, cheapest evidence first. A MILP solver's
    /// unconfirmed claims are proven or refuted where possible.
    /// </summary>
    /// <param name="table">What is known so far; the search continues from it.</param>
    /// <param name="data">Rows to evaluate on the network first, or null. Rows outside the domain are clipped to it.</param>
    /// <param name="options">Limits, threads, seed, progress.</param>
    /// <param name="cancellation">When cancelled, the search returns what it has within a second; it does not throw.</param>
    /// <exception cref="InvalidInputException">The data does not fit the network, or the options name neurons that it does not
    /// have.</exception>
    public static StabilityTable FindStable(StabilityTable table, InputData? data, SearchOptions options, CancellationToken cancellation) =>
        FindStable(table, data, options, options.ScopeIn(table.Network), cancellation);

    /// <summary>The same for some neurons only; what is proven about others on the way is kept.</summary>
    /// <param name="table">What is known so far; the search continues from it.</param>
    /// <param name="data">Rows to evaluate on the network first, or null.</param>
    /// <param name="options">Limits, threads, seed, progress.</param>
    /// <param name="scope">The neurons to decide, by their index over all layers; null for all.</param>
    /// <param name="cancellation">When cancelled, the search returns what it has.</param>
    internal static StabilityTable FindStable(
        StabilityTable table, InputData? data, SearchOptions options, Func<int, bool>? scope, CancellationToken cancellation) =>
        new HybridSearch(table, data, options, scope).Run(cancellation);
}
