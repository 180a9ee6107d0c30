using System.Numerics.Tensors;
using ExactCompression.Certificates.Checking;

namespace ExactCompression.Certificates;

/// <summary>
/// Finds neurons of the compressed network that are sums of active neurons of the original: as a neuron of the next layer weights them, or
/// any other combination. The bounds of the terms then bound the sum, often better than its own.
/// </summary>
internal sealed class SumMatch
{
    /// <summary>The largest distance, as a share of the sum's size; rounding to float32 moves it by about 1e-7.</summary>
    private const double Near = 1e-5;

    private readonly Simulation simulation;
    private readonly BoundedLayer original;
    private readonly AffineLayer counterpart;
    private readonly BoundedLayer known;
    private readonly int[] active;
    private readonly CancellationToken cancellation;
    private readonly List<double[]> guesses = [];
    private LinearSystem? system;
    private double[][] rows = [];

    /// <summary>Prepares a layer; the parameters are those of <see cref="LayerMatch"/>.</summary>
    public SumMatch(
        Simulation simulation, BoundedLayer original, string states, NextLayer next, AffineLayer counterpart, BoundedLayer known,
        CancellationToken cancellation)
    {
        (this.simulation, this.original, this.counterpart, this.known, this.cancellation) = (simulation, original, counterpart, known,
            cancellation);
        active = [.. Enumerable.Range(0, states.Length).Where(i => states[i] == 'a' && next.Reads(i))];
        for (int r = 0; r < next.Map.Outputs; r++)
        {
            if (next.Needed[r])
                guesses.Add(Array.ConvertAll(active, i => next.Map.Row(r)[i]));
        }
    }

    /// <summary>Neurons of the counterpart for which a sum was found.</summary>
    public List<int> Targets { get; } = [];

    /// <summary>For each of them, a coefficient for each neuron of the original's layer.</summary>
    public List<double> Terms { get; } = [];

    /// <summary>Searches for a sum, and keeps it if it improves the known bound.</summary>
    /// <param name="target">A neuron of the counterpart.</param>
    /// <returns>The lower bound that it gives; minus infinity if there is none.</returns>
    public double TryAdd(int target)
    {
        double best = known.Lower[target];
        double[]? found = null;
        foreach (double[] guess in guesses.Append([]))
        {
            cancellation.ThrowIfCancellationRequested();
            if ((guess.Length == 0 ? Solved(target) : Scaled(guess, target)) is not { } terms)
                continue;
            (double lower, _) = NeuronSum.Bounds(simulation, original, terms, counterpart, target);
            if (lower > best)
                (best, found) = (lower, terms);
        }

        if (found is null)
            return double.NegativeInfinity;
        Targets.Add(target);
        Terms.AddRange(found);
        return best;
    }

    /// <summary>The multiple of a sum that equals the neuron; null if there is none.</summary>
    private double[]? Scaled(double[] guess, int target)
    {
        double[] sum = new double[simulation.Box.Size];
        for (int k = 0; k < active.Length; k++)
            TensorPrimitives.MultiplyAdd(simulation.Row(active[k]), guess[k], sum, sum);
        double own = TensorPrimitives.Dot(counterpart.Row(target), sum), length = TensorPrimitives.Dot<double>(sum, sum);
        return length > 0 && double.IsFinite(own / length) ? IfNear(Array.ConvertAll(guess, g => g * own / length), target) : null;
    }

    private double[]? Solved(int target)
    {
        if (system is null)
        {
            rows = [.. active.Select(i => simulation.Row(i).ToArray())];
            system = new(rows, cancellation);
        }

        double[] solved = system.Solve(counterpart.Row(target), rows), all = new double[active.Length];
        for (int k = 0; k < solved.Length; k++)
            all[system.Chosen[k]] = solved[k];
        return IfNear(all, target);
    }

    /// <summary>Coefficients over all neurons, if the sum is near enough.</summary>
    private double[]? IfNear(double[] terms, int target)
    {
        double[] rest = counterpart.Row(target).ToArray(), all = new double[original.Map.Outputs];
        for (int k = 0; k < terms.Length; k++)
        {
            TensorPrimitives.MultiplyAdd(simulation.Row(active[k]), -terms[k], rest, rest);
            all[active[k]] = terms[k];
        }

        return Products.Size(rest, simulation.Box.Sizes) <= Near * Products.Size(counterpart.Row(target), simulation.Box.Sizes)
            ? all
            : null;
    }
}
