using ExactCompression.Milp;

namespace ExactCompression.Analysis;

/// <summary>
/// Finds stable neurons by mixed-integer programs, as the paper and the work before it do (Serra, Yu, Kumar, Ramalingam, <em>Scaling Up
/// Exact Neural Network Compression by ReLU Stability</em>, NeurIPS 2021). Unstable neurons are proven by witnesses, as everywhere here.
/// That a neuron is stable is the solver's claim, within its tolerance, unless proven bounds confirm it: the evidence shows which.
/// </summary>
public static class MilpAnalysis
{
    /// <summary>Decides neurons.</summary>
    /// <param name="table">What is known so far; the search continues from it.</param>
    /// <param name="data">Rows to evaluate on the network first, or null.</param>
    /// <param name="options">Formulation and solver.</param>
    /// <param name="search">Limits, threads, seed, progress.</param>
    /// <param name="cancellation">When cancelled, the search returns what it has within a second; it does not throw.</param>
    /// <exception cref="InvalidInputException">The solver is not available, or the data does not fit the network.</exception>
    /// <exception cref="ContradictionException">A proof refutes the solver's claim, and <see cref="SearchOptions.Contradiction"/> is
    /// null.</exception>
    public static StabilityTable Find(
        StabilityTable table, InputData? data, MilpOptions options, SearchOptions search, CancellationToken cancellation) =>
        new FormulationSearch(table, data, MilpSolvers.Require(options.Solver), options, search).Run(cancellation);
}
