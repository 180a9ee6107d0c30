using System.Diagnostics;
using ExactCompression.Bounds;
using ExactCompression.Branching;
using ExactCompression.Networks;
using ExactCompression.Numerics;

namespace ExactCompression.Milp;

/// <summary>
/// The linear program of what one neuron depends on, with the triangle of every rectifier and, where its optimum violates them, facets of
/// the concave envelopes over the boxes of what rectifiers take (Tjandraatmadja et al., <em>The Convex Relaxation Barrier, Revisited</em>,
/// NeurIPS 2020). From its duals come the functions of each layer's <see cref="LayerEnvelope"/> and the slopes to start a tree with.
/// Nothing rests on the solver: whatever the duals are, the functions are proven.
/// </summary>
internal sealed class EnvelopeProgram : IDisposable
{
    /// <summary>How often facets are added at most.</summary>
    private const int Rounds = 40;

    /// <summary>The share of its range by which a rectifier must violate a facet that is added.</summary>
    private const double Violation = 1e-5;

    /// <summary>The share of the bound with lines to which functions lower it at least, else they are not worth their time.</summary>
    private const double Worthwhile = 0.75;

    private readonly RelaxedGraph network;
    private readonly LoweredLayer target;
    private readonly int sign;
    private readonly double scale;
    private readonly MilpProgram program = new(DualSolver.Backend);

    /// <summary>The variable of each element of each value, and how its number is scaled: <c>a = shift + scale x</c>.</summary>
    private readonly Variable[][] variables;
    private readonly Unit[][] units;

    private EnvelopeProgram(ReceptiveField field, bool above, double size)
    {
        network = field.Network;
        target = field.Bounds.Layer;
        sign = above ? 1 : -1;
        scale = DualSolver.ScaleOf(size);
        variables = new Variable[network.Layers.Count + 1][];
        units = new Unit[network.Layers.Count][];
        ReadOnlySpan<double> lower = network.Domain.Lower.Span, upper = network.Domain.Upper.Span;
        variables[0] = new Variable[lower.Length];
        for (int i = 0; i < lower.Length; i++)
            variables[0][i] = new(program.AddVariable(0, 1), lower[i], upper[i] - lower[i]);
        for (int l = 0; l < units.Length; l++)
            Add(l);
        foreach ((int source, ILinearMap map) in target.Terms)
        {
            ReadOnlySpan<double> row = ((DenseMap)map).Row(0);
            for (int j = 0; j < row.Length; j++)
                program.SetObjective(variables[source][j].Number, sign * row[j] * variables[source][j].Scale / scale);
        }
    }

    /// <summary>
    /// Gives the layers of a field functions above their rectifiers, and finds slopes to start from; for a tree of its neuron.
    /// </summary>
    /// <param name="field">The field.</param>
    /// <param name="above">Whether <c>z</c> is bounded from above, else <c>-z</c>.</param>
    /// <param name="size">About the size of <c>z</c>.</param>
    /// <param name="time">The maximum time; null for no limit.</param>
    /// <param name="cancellation">To stop early.</param>
    /// <returns>The slopes, for the units of all layers; null where they lower the bound little: nothing is changed.</returns>
    public static float[]? Sharpen(ReceptiveField field, bool above, double size, TimeSpan? time, CancellationToken cancellation)
    {
        if (!DualSolver.CanSolve(field.Network))
            return null;
        using var program = new EnvelopeProgram(field, above, size);
        AlphaBetaCrown bounds = field.Bounds;
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = 1, CancellationToken = cancellation };
        CrownSubproblem plain = CrownSubproblem.Root(0, above, bounds.PlainSlopes());
        bounds.Optimize([plain], AdamSchedule.FromPlainSlopes, parallel);
        if (!program.Solve(time, cancellation) || program.Take(field) is not { } slopes)
            return null;
        CrownSubproblem sharp = CrownSubproblem.Root(0, above, slopes);
        bounds.Optimize([sharp], AdamSchedule.AfterSplit, parallel);
        if (sharp.Bound < Worthwhile * plain.Bound)
            return sharp.Slopes;
        foreach (LayerRelaxation layer in field.Network.Layers)
            layer.Envelope = null;
        return null;
    }

    /// <inheritdoc/>
    public void Dispose() => program.Dispose();

    /// <summary>Adds the units of a layer: a variable for each, and the rows that relate it to what the layer takes.</summary>
    private void Add(int l)
    {
        LayerRelaxation layer = network.Layers[l];
        int width = layer.Layer.Width;
        variables[l + 1] = new Variable[width];
        units[l] = new Unit[width];
        for (int i = 0; i < width; i++)
        {
            double low = layer.Lower[i], high = layer.Upper[i], size = DualSolver.ScaleOf(Math.Max(Math.Abs(low), Math.Abs(high)));
            bool rectified = layer.Layer.IsRectifier, open = layer.IsOpen(i);

            // What a variable's upper end contributes is lost to slopes and functions; but the solver fails where there is none.
            int variable = program.AddVariable((rectified ? Math.Max(0, low) : low) / size, (rectified ? Math.Max(0, high) : high) / size);
            variables[l + 1][i] = new(variable, 0, size);
            var unit = new Unit(variable, size);
            units[l][i] = unit;
            if (rectified && high <= 0)
                continue; // its variable is 0
            double bias = layer.Layer.Bias.Span[i];
            (int row, double end) = AddRow(l, i, unit, 1, null, bias);
            program.SetRowRange(row, end, open ? double.PositiveInfinity : end);
            unit.Lower = row;
            if (!open)
                continue;
            double slope = high / (high - low);
            unit.Line = AddRow(l, i, unit, slope, null, slope * (bias - low)).Row;
        }
    }

    /// <summary>
    /// Adds the row <c>y - (slope w) a &lt;= constant</c>, of all of the weights or of shares of them.
    /// </summary>
    /// <returns>The row, and its upper end as scaled.</returns>
    private (int Row, double End) AddRow(int l, int element, Unit unit, double slope, double[]? shares, double constant)
    {
        int at = 0, number = program.AddRow(double.NegativeInfinity, double.PositiveInfinity);
        program.SetTerm(number, unit.Variable, 1);
        foreach ((int source, ILinearMap map) in network.Layers[l].Layer.Terms)
        {
            ReadOnlySpan<double> row = ((DenseMap)map).Row(element);
            for (int j = 0; j < row.Length; j++, at++)
            {
                double weight = slope * row[j] * (shares is null ? 1 : shares[at]);
                if (weight == 0)
                    continue;
                Variable variable = variables[source][j];
                constant += weight * variable.Shift;
                program.SetTerm(number, variable.Number, -weight * variable.Scale / unit.Scale);
            }
        }

        double end = constant / unit.Scale;
        program.SetRowRange(number, double.NegativeInfinity, end);
        return (number, end);
    }

    private bool Solve(TimeSpan? time, CancellationToken cancellation)
    {
        var watch = Stopwatch.StartNew();
        for (int round = 1; ; round++)
        {
            MilpOutcome outcome = DualSolver.Solve(program, time - watch.Elapsed, cancellation);
            if (outcome.End != MilpEnd.Optimal)
                return false;
            if (round == Rounds || watch.Elapsed > time / 2 || !Separate(outcome.Values, cancellation))
                return true;
        }
    }

    /// <summary>Adds the facets that the optimum violates.</summary>
    private bool Separate(double[] values, CancellationToken cancellation)
    {
        bool added = false;
        for (int l = 0; l < units.Length; l++)
        {
            for (int i = 0; i < units[l].Length; i++)
            {
                cancellation.ThrowIfCancellationRequested();
                if (network.Layers[l].IsOpen(i))
                    added |= Separate(l, i, values);
            }
        }

        return added;
    }

    /// <summary>
    /// The facet of a rectifier's envelope that is lowest at a point: weights are taken whole in the order in which what they multiply lies
    /// between its ends, from the end where the product is least, as far as the pre-activation can rise above 0.
    /// </summary>
    private bool Separate(int l, int i, double[] values)
    {
        LayerRelaxation layer = network.Layers[l];
        Unit unit = units[l][i];
        var entries = new List<Entry>();
        double left = layer.Layer.Bias.Span[i];
        int at = 0;
        for (int k = 0; k < layer.Layer.Terms.Count; k++)
        {
            (int source, ILinearMap map) = layer.Layer.Terms[k];
            ReadOnlySpan<double> row = ((DenseMap)map).Row(i);
            ActivationRange range = layer.Sources[k].Range;
            for (int j = 0; j < row.Length; j++, at++)
            {
                double first = row[j] * range.Lower[j], second = row[j] * range.Upper[j];
                left += Math.Max(first, second);
                if (first == second)
                    continue; // its share changes nothing
                Variable variable = variables[source][j];
                double value = variable.Shift + (variable.Scale * values[variable.Number]);
                entries.Add(new(at, Math.Min(first, second), Math.Abs(second - first), row[j] * value));
            }
        }

        entries.Sort(static (a, b) => a.Place.CompareTo(b.Place));
        var shares = new double[at];
        double risen = 0, least = 0;
        foreach (Entry entry in entries)
        {
            double share = Math.Clamp(left / entry.Rise, 0, 1);
            shares[entry.At] = share;
            left -= share * entry.Rise;
            risen += share * entry.Value;
            least += share * entry.Least;
        }

        // Where all of the rise is used up, both maxima that the intercept is the larger of are the same.
        double intercept = Math.Max(0, left) - least, violation = Violation * (layer.Upper[i] - layer.Lower[i]);
        if (!(unit.Scale * values[unit.Variable] > risen + intercept + violation))
            return false;
        unit.Facets.Add((AddRow(l, i, unit, 1, shares, intercept).Row, shares));
        return true;
    }

    /// <summary>Takes functions and slopes from the duals.</summary>
    private float[]? Take(ReceptiveField field)
    {
        if (program.RowDuals() is not { } duals || !Array.TrueForAll(duals, double.IsFinite))
            return null;
        var coefficients = Array.ConvertAll(variables, static v => new double[v.Length]);
        foreach ((int source, ILinearMap map) in target.Terms)
            AddScaled(coefficients[source], ((DenseMap)map).Row(0), sign);
        int count = field.Bounds.Rectifiers, first = count;
        var slopes = new float[count];
        for (int l = units.Length - 1; l >= 0; l--)
        {
            LayerRelaxation layer = network.Layers[l];
            bool isLinear = layer.Layer.IsLinear;
            first -= isLinear ? 0 : layer.Layer.Width;
            var shares = new double[]?[layer.Layer.Width];
            for (int i = 0; i < units[l].Length; i++)
            {
                double a = coefficients[l + 1][i];
                Unit unit = units[l][i];
                if (isLinear || !layer.IsOpen(i))
                    Pass(l, i, null, isLinear || layer.Upper[i] > 0 ? a : 0, coefficients);
                else if (a > 0)
                    slopes[first + i] = (float)Divide(l, i, unit, a, duals, shares, coefficients);
                else if (a < 0)
                {
                    double slope = Math.Clamp(Math.Abs(duals[unit.Lower]) * scale / (unit.Scale * -a), 0, 1);
                    slopes[first + i] = (float)slope;
                    Pass(l, i, null, a * slope, coefficients);
                }
            }

            layer.Envelope = shares.Any(static s => s is not null) ? LayerEnvelope.Of(layer.Layer, layer.Sources, shares) : null;
        }

        return slopes;
    }

    /// <summary>Divides a positive coefficient between a rectifier's line and the mean of its facets, as the duals do.</summary>
    /// <returns>The share of the facets.</returns>
    private double Divide(int l, int i, Unit unit, double a, double[] duals, double[]?[] shares, double[][] coefficients)
    {
        double line = Math.Abs(duals[unit.Line]), facets = unit.Facets.Sum(f => Math.Abs(duals[f.Row]));
        double share = facets > 0 ? facets / (facets + line) : 0;
        if (share > 0)
        {
            var mean = new double[unit.Facets[0].Shares.Length];
            foreach ((int row, double[] own) in unit.Facets)
                AddScaled(mean, own, Math.Abs(duals[row]) / facets);
            shares[i] = mean;
            Pass(l, i, mean, a * share, coefficients);
        }

        double upper = network.Layers[l].Upper[i];
        Pass(l, i, null, a * (1 - share) * upper / (upper - network.Layers[l].Lower[i]), coefficients);
        return share;
    }

    private void Pass(int l, int i, double[]? shares, double factor, double[][] coefficients)
    {
        int at = 0;
        foreach ((int source, ILinearMap map) in network.Layers[l].Layer.Terms)
        {
            ReadOnlySpan<double> row = ((DenseMap)map).Row(i);
            for (int j = 0; j < row.Length; j++, at++)
                coefficients[source][j] += factor * row[j] * (shares is null ? 1 : shares[at]);
        }
    }

    private static void AddScaled(double[] to, ReadOnlySpan<double> row, double factor)
    {
        for (int j = 0; j < row.Length; j++)
            to[j] += factor * row[j];
    }

    /// <summary>What a weight multiplies: the least product, how far it can rise, and its value.</summary>
    private readonly record struct Entry(int At, double Least, double Rise, double Value)
    {
        /// <summary>Where the value lies between the ends, 0 where it is least.</summary>
        public double Place => (Value - Least) / Rise;
    }

    private readonly record struct Variable(int Number, double Shift, double Scale);

    /// <summary>A unit's variable and rows: that it is not below <c>z</c>, its line, its facets.</summary>
    private sealed record Unit(int Variable, double Scale)
    {
        public int Lower { get; set; } = -1;

        public int Line { get; set; } = -1;

        public List<(int Row, double[] Shares)> Facets { get; } = [];
    }
}
