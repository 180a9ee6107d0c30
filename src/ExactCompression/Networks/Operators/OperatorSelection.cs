namespace ExactCompression.Networks;

/// <summary>What is left of an operator where only some channels of the values around it are: the same numbers, fewer of them.</summary>
internal static class OperatorSelection
{
    /// <summary>The operator on what is kept.</summary>
    /// <param name="op">The operator.</param>
    /// <param name="inputs">Shapes of the values that it took.</param>
    /// <param name="output">Shape of what it gave.</param>
    /// <param name="taken">What is kept of each value that it takes; null for all.</param>
    /// <param name="given">What is kept of what it gives; null for all.</param>
    /// <exception cref="ArgumentException">What is kept of a grouped convolution's channels are no whole groups.</exception>
    public static Operator Of(
        Operator op, IReadOnlyList<TensorShape> inputs, TensorShape output, IReadOnlyList<AxisSelection?> taken, AxisSelection? given) =>
        op switch
        {
            ConvolutionOperator convolution => Convolution(convolution, inputs[0][0], taken[0]?.Kept, given?.Kept),
            DenseOperator dense => Dense(dense, Last(taken[0], inputs[0]), Last(given, output)),
            _ when given is null && taken.All(static t => t is null) => op,
            ScaleShiftOperator { PerChannel: true } scale =>
                given!.Axis == 0 ? scale with { Part = scale.Part.Elements(given.Kept) } : scale,
            ScaleShiftOperator scale => scale with { Part = scale.Part.Elements(given!.Elements(output)) },
            LeakyReluOperator { Slopes.Length: > 1 } leaky =>
                leaky with { Slopes = LeakyReluOperator.Plain(AxisSelection.Take(leaky.Slopes, given!.Elements(output))) },
            ConstantOperator constant => new ConstantOperator(AxisSelection.Take(constant.Values, given!.Elements(output))),
            SelectOperator select => Select(select, inputs[0], taken[0], given),
            _ => op,
        };

    /// <summary>The kept indices of the last axis; null where all are, or the kept ones are of another axis.</summary>
    private static int[]? Last(AxisSelection? selection, TensorShape shape) =>
        selection is not null && selection.Axis == shape.Count - 1 ? selection.Kept : null;

    private static DenseOperator Dense(DenseOperator dense, int[]? columns, int[]? rows)
    {
        if (columns is null && rows is null)
            return dense;
        columns ??= [.. Enumerable.Range(0, dense.Inputs)];
        rows ??= [.. Enumerable.Range(0, dense.Outputs)];
        int[] entries = [.. rows.SelectMany(row => columns.Select(column => (row * dense.Inputs) + column))];
        return dense with
        {
            Weights = AxisSelection.Take(dense.Weights, entries),
            Bias = AxisSelection.Take(dense.Bias, rows),
            Inputs = columns.Length,
            WeightRadius = dense.WeightRadius is null ? null : AxisSelection.Take(dense.WeightRadius, entries),
            BiasRadius = dense.BiasRadius is null ? null : AxisSelection.Take(dense.BiasRadius, rows),
        };
    }

    private static ConvolutionOperator Convolution(ConvolutionOperator convolution, int channels, int[]? taken, int[]? given)
    {
        if (taken is null && given is null)
            return convolution;
        int of = channels / convolution.Groups, per = convolution.Channels / convolution.Groups;
        taken ??= [.. Enumerable.Range(0, channels)];
        given ??= [.. Enumerable.Range(0, convolution.Channels)];
        int[] groups = [.. taken.Select(c => c / of).Distinct()];
        if (convolution.Groups > 1
            && (taken.Length != groups.Length * of || given.Length != groups.Length * per
                || !given.Select(c => c / per).Distinct().SequenceEqual(groups)))
            throw new ArgumentException("Of a convolution in groups, whole groups are kept.", nameof(taken));
        int[] columns = convolution.Groups > 1 ? [.. Enumerable.Range(0, of)] : taken;
        int taps = convolution.Geometry.Taps, at = 0;
        var filters = new double[given.Length * columns.Length * taps];
        foreach (int o in given)
        {
            foreach (int c in columns)
            {
                convolution.Filters.AsSpan(((o * of) + c) * taps, taps).CopyTo(filters.AsSpan(at));
                at += taps;
            }
        }

        return convolution with
        {
            Filters = filters, Bias = AxisSelection.Take(convolution.Bias, given), Groups = convolution.Groups > 1 ? groups.Length : 1,
        };
    }

    private static SelectOperator Select(SelectOperator select, TensorShape input, AxisSelection? taken, AxisSelection? given)
    {
        int axis = (given ?? taken)!.Axis;
        if (select.Indices[axis] is not { } indices)
            return select;
        int[] places = new int[input[axis]];
        Array.Fill(places, -1);
        int[] kept = taken?.Kept ?? [.. Enumerable.Range(0, input[axis])];
        for (int k = 0; k < kept.Length; k++)
            places[kept[k]] = k;
        IEnumerable<int> wanted = given is null ? indices : given.Kept.Select(i => indices[i]);
        return new([.. select.Indices.Select((s, a) => a == axis ? [.. wanted.Select(i => i < 0 ? -1 : places[i])] : s)]);
    }
}
