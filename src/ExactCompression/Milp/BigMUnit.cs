namespace ExactCompression.Milp;

/// <summary>
/// The variables of one neuron in <see cref="BigMEncoding"/>: its output, its slack and its phase, below 0 where it has none; and their
/// scales.
/// </summary>
/// <param name="Output">The variable of the rectifier's output <c>x</c>.</param>
/// <param name="Slack">The variable of the slack <c>s</c>.</param>
/// <param name="Phase">The binary variable of the sign, <c>y</c>.</param>
/// <param name="Scale">What the neuron's row is divided by.</param>
/// <param name="OutputScale">The scale of the output.</param>
/// <param name="SlackScale">The scale of the slack.</param>
internal sealed record BigMUnit(int Output, int Slack, int Phase, double Scale, double OutputScale, double SlackScale)
{
    /// <summary>A neuron that is left out of the program, since it is 0.</summary>
    public static BigMUnit Inactive { get; } = new(-1, -1, -1, 1, 1, 1);

    /// <summary>Sets the variables to their values for a pre-activation.</summary>
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
