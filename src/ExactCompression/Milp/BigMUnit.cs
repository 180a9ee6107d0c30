namespace ExactCompression.Milp;

/// <summary>
/// The variables of one neuron in <see cref="BigMEncoding"/>: its output, its slack and its phase, below 0 where it has none; and what they
/// are multiples of.
/// </summary>
/// <param name="Output">The variable of the rectifier's output <c>x</c>.</param>
/// <param name="Slack">The variable of what is cut off, <c>s</c>.</param>
/// <param name="Phase">The binary variable of the sign, <c>y</c>.</param>
/// <param name="Scale">What the neuron's row is divided by.</param>
/// <param name="OutputScale">What the output is a multiple of.</param>
/// <param name="SlackScale">What the slack is a multiple of.</param>
internal sealed record BigMUnit(int Output, int Slack, int Phase, double Scale, double OutputScale, double SlackScale)
{
    /// <summary>A neuron that is not in the program, as it is 0.</summary>
    public static BigMUnit Inactive { get; } = new(-1, -1, -1, 1, 1, 1);

    /// <summary>Sets the variables to what a pre-activation makes of them.</summary>
    /// <param name="z">The pre-activation.</param>
    /// <param name="values">A value for each variable.</param>
    public void Assign(double z, double[] values)
    {
        if (Output >= 0)
            values[Output] = Math.Max(0, z) / OutputScale;
        if (Phase < 0)
            return;
        values[Slack] = Math.Max(0, -z) / SlackScale;
        values[Phase] = z > 0 ? 1 : 0;
    }
}
