using System.Diagnostics;
using ExactCompression.Bounds;
using ExactCompression.Branching;
using ExactCompression.Networks;
using ExactCompression.Numerics;
using ExactCompression.Witnesses;

namespace ExactCompression.Milp.Models;

/// <summary>
/// Searches for the largest, or the least, value of an output: an input by gradient steps and linear programs, then a proof by branch and
/// bound that no input is much better.
/// </summary>
/// <remarks>
/// Let <c>y</c> be the output, or its negative where the least is wanted, and <c>t</c> a little more than the best value seen. A tree asks
/// whether <c>y - t</c> can be above 0, of a layer whose bias is <c>b - t</c> rounded up. The loosest bound <c>r</c> of its sub-problems
/// holds for the whole domain, whenever it is stopped, so that <c>y &lt;= t + max(0, r)</c>. Only <c>t</c> depends on the inputs seen.
/// </remarks>
internal sealed class OutputSearch : IDisposable
{
    /// <summary>The gap to close, as a share of the value.</summary>
    public const double Gap = 5e-4;

    /// <summary>A field of more weights is not made: the tree is in the whole graph, and there are no linear programs.</summary>
    private const long MostWeights = 4_000_000;

    /// <summary>Sub-problems between two looks at the corners.</summary>
    private const int Slice = 64;

    /// <summary>How often a tree begins anew with the value of a better input.</summary>
    private const int MostTrees = 8;

    private readonly ReceptiveField? cone;
    private readonly RelaxedGraph below;
    private readonly LoweredLayer layer;
    private readonly int element;
    private readonly bool above;
    private readonly double range;
    private readonly OutputAscent ascent;
    private readonly Stopwatch watch = Stopwatch.StartNew();

    /// <summary>Prepares.</summary>
    /// <param name="outputs">The output's layer.</param>
    /// <param name="element">0-based element of it.</param>
    /// <param name="above">Whether the largest value is wanted, else the least.</param>
    public OutputSearch(OutputLayers outputs, int element, bool above)
    {
        cone = ReceptiveField.Of(outputs.Layer, element, outputs.Below, MostWeights);
        (below, layer, this.element) = cone is null
            ? (outputs.Below, outputs.Layer, element) : (cone.Network, cone.Bounds.Layer, 0);
        this.above = above;
        range = Math.Max(Math.Abs(outputs.Lower[element]), Math.Abs(outputs.Upper[element]));
        Bound = above ? outputs.Upper[element] : -outputs.Lower[element];
        ascent = new(below, layer, this.element, above, canSolve: cone is not null);
    }

    /// <summary>Proven upper bound of the output, or of its negative.</summary>
    public double Bound { get; private set; }

    /// <summary>About the value of the output, or of its negative, at the best input.</summary>
    public double Best => ascent.Best;

    /// <summary>The best input.</summary>
    public double[] Input => cone is null || ascent.Point.Length == 0 ? ascent.Point : cone.Widen(ascent.Point);

    private bool IsClosed => Bound <= Threshold;

    private double Threshold => Best + (Gap * Math.Abs(Best));

    /// <summary>Searches.</summary>
    /// <param name="time">How long at most.</param>
    /// <param name="parallel">Threads, and the token to stop on.</param>
    public void Run(TimeSpan time, ParallelOptions parallel)
    {
        if (!double.IsFinite(Bound) || !double.IsFinite(range))
            return;

        // Nothing is at most 0 in the first look, so that its corners are those of the whole.
        AlphaBetaCrown first = Bounds(-range - 1);
        CrownSubproblem root = CrownSubproblem.Root(element, above, first.PlainSlopes());
        first.Optimize([root], AdamSchedule.FromPlainSlopes, parallel);
        ascent.Begin([Wide(root.Corner), Wide(root.Mean)], parallel.CancellationToken);
        for (int k = 0; k < MostTrees && watch.Elapsed < time && !IsClosed; k++)
        {
            double from = Best;
            Grow(time, parallel);
            if (Best <= from)
                return;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        ascent.Dispose();
        cone?.Dispose();
    }

    private static double[] Wide(float[] point) => Array.ConvertAll(point, static v => (double)v);

    private void Grow(TimeSpan time, ParallelOptions parallel)
    {
        double asked = Threshold;
        var corners = new List<float[]>();
        var tree = new ReluBranchAndBound(Bounds(asked), new SignTarget(0, above), element) { Corners = corners, Range = range };
        for (int round = 0; watch.Elapsed < time && !tree.IsProven && !tree.Stuck && !IsClosed; round++)
        {
            tree.Continue(Slice, null, parallel);

            // A tree that is not proven has a loosest bound above 0.
            double proven = tree.IsProven ? asked : Rounding.AddUp(asked, Math.Max(0, tree.LoosestBound));
            if (proven < Bound)
                Bound = proven;
            ascent.Try([.. corners.Select(Wide)], isLast: tree.Stuck, round, parallel.CancellationToken);
            corners.Clear();
        }
    }

    /// <summary>Bounds of the output minus a number; of minus the output minus a number where the least is wanted.</summary>
    private AlphaBetaCrown Bounds(double number)
    {
        double[] bias = layer.Bias.ToArray();
        bias[element] = above ? Rounding.AddUp(bias[element], -number) : Rounding.AddDown(bias[element], number);
        return new(layer with { Bias = bias }, below);
    }
}
