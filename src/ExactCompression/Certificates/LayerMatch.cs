using System.Numerics.Tensors;
using ExactCompression.Certificates.Checking;

namespace ExactCompression.Certificates;

/// <summary>Finds what each neuron of a layer corresponds to in a layer of the compressed network.</summary>
internal sealed class LayerMatch
{
    /// <summary>Rows whose directions differ by more are not the same neuron; rounding to float32 moves them by about 1e-7.</summary>
    private const double Parallel = 1e-6;

    /// <summary>The largest distance between a neuron and its counterpart, as a share of the size of what is compared.</summary>
    private const double Near = 1e-4;

    /// <summary>The same for a combination of linear neurons; a more distant one may still be joint with others.</summary>
    private const double NearCombination = 1e-6;

    /// <summary>
    /// A neuron of the counterpart that may be below 0 by no more than this share of its range counts as linear, with the excess as an
    /// error.
    /// </summary>
    private const double NearlyLinear = 1e-6;

    private readonly Simulation simulation;
    private readonly AffineLayer counterpart;
    private readonly double[] widths;
    private readonly double[][] rows;
    private readonly double[] lengths;
    private readonly CancellationToken cancellation;

    /// <summary>Finds it.</summary>
    /// <param name="simulation">The layer's pre-activations as functions of the counterpart's inputs.</param>
    /// <param name="original">What is proven about them.</param>
    /// <param name="states">A letter per neuron.</param>
    /// <param name="next">The layer behind.</param>
    /// <param name="counterpart">The layer of the compressed network.</param>
    /// <param name="known">What is proven about its pre-activations.</param>
    /// <param name="cancellation">When cancelled, throws.</param>
    public LayerMatch(
        Simulation simulation, BoundedLayer original, string states, NextLayer next, AffineLayer counterpart, BoundedLayer known,
        CancellationToken cancellation)
    {
        (this.simulation, this.counterpart, this.cancellation) = (simulation, counterpart, cancellation);
        InputBox box = simulation.Box;
        widths = [.. box.Lower.Zip(box.Upper, static (l, u) => l < u ? 1.0 : 0)]; // inputs that cannot vary are constant
        rows = [.. Enumerable.Range(0, counterpart.Outputs).Select(j => Varying(counterpart.Row(j)))];
        lengths = [.. rows.Select(static r => TensorPrimitives.Norm<double>(r))];
        Relation = Find(original, states, next, known);
    }

    /// <summary>The relation found.</summary>
    public LayerRelation Relation { get; }

    private LayerRelation Find(BoundedLayer original, string states, NextLayer next, BoundedLayer known)
    {
        char[] kinds = new char[states.Length];
        var gates = new (int Target, double Factor)[states.Length];
        var taken = new HashSet<int>();
        var linear = new HashSet<int>();
        for (int i = 0; i < kinds.Length; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            bool active = states[i] == 'a';
            kinds[i] = states[i] == 'i'
                ? 'o'
                : !next.Reads(i)
                ? 'c' : Match(i, active ? NearCombination : Near, taken, out gates[i]) switch { > 0 => 'g', < 0 when !active => 'n',
                    _ => active ? 'l' : 'c' };
            if (kinds[i] == 'g' && states[i] == 'a')
                linear.Add(gates[i].Target);
        }

        var sums = new SumMatch(simulation, original, states, next, counterpart, known, cancellation);
        for (int j = 0; j < counterpart.Outputs; j++)
        {
            double lower = known.Lower[j], upper = known.Upper[j];
            if (!linear.Contains(j) && !(lower >= 0) && !taken.Contains(j))
                lower = Math.Max(lower, sums.TryAdd(j));
            if (lower >= -NearlyLinear * upper)
                linear.Add(j);
        }

        int[] candidates = [.. linear.Order()];
        double[][] vectors = [.. candidates.Select(j => rows[j])];
        var system = new LinearSystem(vectors, cancellation);
        int[] chosen = [.. system.Chosen.Select(k => candidates[k])];
        var coefficients = new List<double>();
        for (int i = 0; i < kinds.Length; i++)
        {
            if (kinds[i] != 'l')
                continue;
            cancellation.ThrowIfCancellationRequested();
            double[] varying = Varying(simulation.Row(i)), own = system.Solve(varying, vectors);
            if (Rest(varying, own, chosen) <= NearCombination * Products.Size(varying, simulation.Box.Sizes))
                coefficients.AddRange(own);
            else
                kinds[i] = 'j';
        }

        if (kinds.AsSpan().ContainsAny('j', 'n'))
        {
            for (int r = 0; r < next.Map.Outputs; r++)
            {
                cancellation.ThrowIfCancellationRequested();
                if (next.Needed[r])
                    coefficients.AddRange(system.Solve(Joint(kinds, next.Map.Row(r)), vectors));
            }
        }

        int[] gated = [.. Enumerable.Range(0, kinds.Length).Where(i => kinds[i] is 'g' or 'n')];
        return new()
        {
            HasCounterpart = true,
            Kinds = new(kinds),
            Targets = [.. gated.Select(i => gates[i].Target)],
            Factors = [.. gated.Select(i => gates[i].Factor)],
            Sums = [.. sums.Targets],
            Terms = [.. sums.Terms],
            Linear = coefficients.Count == 0 ? [] : chosen,
            Coefficients = [.. coefficients],
        };
    }

    /// <summary>
    /// A neuron of the counterpart that is a multiple: 1 for a positive, -1 for a negative one, 0 for none. Of several that are about
    /// equally near, one that is not yet taken is preferred, then the one closest in size: copies keep their own copies.
    /// </summary>
    private int Match(int i, double near, HashSet<int> taken, out (int Target, double Factor) gate)
    {
        double[] row = Varying(simulation.Row(i));
        double length = TensorPrimitives.Norm<double>(row),
            size = Products.Size(simulation.Row(i), simulation.Box.Sizes) + Math.Abs(simulation.Bias[i]);
        var found = new List<(int Target, double Factor, double Distance)>();
        for (int j = 0; j < rows.Length; j++)
        {
            double dot = TensorPrimitives.Dot<double>(row, rows[j]);
            if (length > 0 ? !(Math.Abs(dot) >= (1 - Parallel) * length * lengths[j]) || dot == 0 : lengths[j] > 0)
                continue;
            double factor = length > 0 ? dot / (lengths[j] * lengths[j]) : 1;
            if (Math.Abs(factor - 1) < Parallel)
                factor = 1;
            double distance = simulation.Distance(i, factor, counterpart, j);
            if (distance <= simulation.Error[i] + (near * size))
                found.Add((j, factor, distance));
        }

        gate = default;
        if (found.Count == 0)
            return 0;
        double limit = (100 * found.Min(static f => f.Distance)) + (1e-12 * size);
        (int target, double by,
            _) = found.Where(f => f.Distance <= limit).OrderBy(f => f.Factor < 0).ThenBy(f => taken.Contains(f.Target))
                .ThenBy(static f => Math.Abs(Math.Log(Math.Abs(f.Factor)))).ThenBy(static f => f.Distance).First();
        gate = (target, Math.Abs(by));
        taken.Add(target);
        return by > 0 ? 1 : -1;
    }

    /// <summary>The remainder of a row after a combination.</summary>
    private double Rest(double[] row, double[] coefficients, int[] chosen)
    {
        double[] rest = [.. row];
        for (int k = 0; k < chosen.Length; k++)
            TensorPrimitives.MultiplyAdd(rows[chosen[k]], -coefficients[k], rest, rest);
        return Products.Size(rest, simulation.Box.Sizes);
    }

    /// <summary>The combination of joint linear parts in a row of the next layer.</summary>
    private double[] Joint(char[] kinds, ReadOnlySpan<double> weights)
    {
        double[] sum = new double[widths.Length];
        for (int i = 0; i < kinds.Length; i++)
        {
            if (kinds[i] is 'j' or 'n' && weights[i] != 0)
                TensorPrimitives.MultiplyAdd(simulation.Row(i), weights[i], sum, sum);
        }

        return Varying(sum);
    }

    private double[] Varying(ReadOnlySpan<double> row)
    {
        double[] varying = new double[row.Length];
        TensorPrimitives.Multiply(row, widths, varying);
        return varying;
    }
}
