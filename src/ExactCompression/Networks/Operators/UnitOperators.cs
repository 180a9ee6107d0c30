namespace ExactCompression.Networks;

/// <summary>
/// A piecewise-linear unit, element by element: its nodes are the layers of a network. The pre-activation of a neuron is what decides which
/// piece applies; where it is at most 0 on all of the domain the neuron is inactive, where at least 0 active.
/// </summary>
internal abstract record UnitOperator : Operator
{
    /// <summary>What it is called in tables.</summary>
    public abstract Activation Activation { get; }

    /// <inheritdoc/>
    public override string? FindFault(IReadOnlyList<TensorShape> inputs, TensorShape output) =>
        RequireCount(inputs, 1) ?? RequireSameShape(inputs, output);
}

/// <summary><c>max(0, z)</c>.</summary>
internal sealed record ReluOperator : UnitOperator
{
    /// <inheritdoc/>
    public override string Name => "Relu";

    /// <inheritdoc/>
    public override Activation Activation => Activation.Relu;
}

/// <summary><c>z</c> above 0, <c>a z</c> below: LeakyReLU, PReLU, and the absolute value with slope -1.</summary>
/// <param name="Slopes">Slope below 0, one for each element, or one for all.</param>
/// <param name="Activation">Which of them it is.</param>
internal sealed record LeakyReluOperator(double[] Slopes, Activation Activation) : UnitOperator
{
    /// <inheritdoc/>
    public override string Name => Activation == Activation.Abs ? "Abs" : Activation == Activation.PRelu ? "PRelu" : "LeakyRelu";

    /// <inheritdoc/>
    public override Activation Activation { get; } = Activation;

    /// <inheritdoc/>
    public override long ParameterCount => Activation == Activation.PRelu ? Slopes.LongLength : 0;

    /// <summary>One slope for all where they are the same: then the unit is homogeneous, and what is read and what is left agree.</summary>
    /// <param name="slopes">One for each element, or one for all.</param>
    public static double[] Plain(double[] slopes) => slopes.AsSpan().IndexOfAnyExcept(slopes[0]) < 0 ? [slopes[0]] : slopes;

    /// <inheritdoc/>
    public override string? FindFault(IReadOnlyList<TensorShape> inputs, TensorShape output) =>
        base.FindFault(inputs, output)
            ?? (Slopes.Length == 1 || Slopes.Length == output.Elements ? null : $"There are {Slopes.Length} slopes for {output}.");
}

/// <summary>
/// <c>min(max(z, lower), upper)</c>. The pre-activation of a neuron is <c>z - lower</c>; without a lower end, <c>upper - z</c>.
/// </summary>
/// <param name="Lower">Lower end; minus infinity for none.</param>
/// <param name="Upper">Upper end; plus infinity for none.</param>
internal sealed record ClipOperator(double Lower, double Upper) : UnitOperator
{
    /// <inheritdoc/>
    public override string Name => "Clip";

    /// <inheritdoc/>
    public override Activation Activation => Activation.Clip;
}

/// <summary><c>min(max(a z + b, 0), 1)</c>. The pre-activation of a neuron is <c>a z + b</c>.</summary>
/// <param name="Alpha">The factor.</param>
/// <param name="Beta">The term.</param>
internal sealed record HardSigmoidOperator(double Alpha, double Beta) : UnitOperator
{
    /// <inheritdoc/>
    public override string Name => "HardSigmoid";

    /// <inheritdoc/>
    public override Activation Activation => Activation.HardSigmoid;
}

/// <summary>The larger or the smaller of two values, element by element. The pre-activation of a neuron is the first minus the
/// second.</summary>
/// <param name="IsMaximum">Whether the larger one is taken.</param>
internal sealed record ExtremumOperator(bool IsMaximum) : UnitOperator
{
    /// <inheritdoc/>
    public override string Name => IsMaximum ? "Max" : "Min";

    /// <inheritdoc/>
    public override Activation Activation => IsMaximum ? Activation.Max : Activation.Min;

    /// <inheritdoc/>
    public override string? FindFault(IReadOnlyList<TensorShape> inputs, TensorShape output) =>
        RequireCount(inputs, 2) ?? RequireSameShape(inputs, output);
}
