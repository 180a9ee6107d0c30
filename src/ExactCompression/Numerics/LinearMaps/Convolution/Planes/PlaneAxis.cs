namespace ExactCompression.Numerics;

/// <summary>
/// One axis of a source that is laid out with zeros around it, so that all targets of a phase meet it alike: target <c>t</c> of the phase,
/// 0-based, meets each kernel element at <c>t</c> plus an offset. A convolution with a stride splits the source into phases, one for each
/// remainder that kernel elements leave, and has one phase of targets; a transpose with a stride has several of targets.
/// </summary>
internal readonly struct PlaneAxis
{
    private readonly ConvolutionAxis axis;
    private readonly int[] order;
    private readonly int start;
    private readonly int cycle;

    /// <summary>Lays out a window.</summary>
    /// <param name="axis">The axis.</param>
    /// <param name="order">Its <see cref="ConvolutionAxis.Order"/>.</param>
    /// <param name="windows">The windows.</param>
    public PlaneAxis(ConvolutionAxis axis, int[] order, AxisWindows windows)
    {
        (this.axis, this.order, Windows) = (axis, order, windows);
        int reach = axis.Dilation * (axis.Taps - 1);
        if (axis.IsTransposed)
        {
            // The elements met lie between those of the first target's last kernel element and of the last target's first one.
            start = FloorDivide(windows.Shift - reach, axis.Stride);
            (Step, Length) = (1, FloorDivide(windows.Shift + windows.Targets - 1, axis.Stride) - start + 1);
            cycle = 1;
        }
        else
        {
            start = windows.Shift;
            (Step, Length) = (axis.Stride, windows.Targets + (reach / axis.Stride));
            cycle = axis.Stride / GreatestCommonDivisor(axis.Stride, axis.Dilation);
        }

        Phases = Math.Min(cycle, axis.Taps);
        int shared = Length - TargetsOf(0);
        for (int phase = 0; phase < Phases; phase++)
        {
            (int place, _, int count) = ElementsOf(phase);
            shared = count == 0 ? shared : Math.Min(shared, Math.Min(place, Length - place - count));
        }

        Pitch = Length - shared;
    }

    /// <summary>The windows.</summary>
    public AxisWindows Windows { get; }

    /// <summary>The distance in the source of neighbours in a phase.</summary>
    public int Step { get; }

    /// <summary>Phases of the source that kernel elements meet.</summary>
    public int Phases { get; }

    /// <summary>Phases of targets.</summary>
    public int TargetStep => axis.IsTransposed ? axis.Stride : 1;

    /// <summary>The length that a phase is laid out with.</summary>
    public int Length { get; }

    /// <summary>
    /// From one stretch of <see cref="Length"/> to the next, where several lie one behind the other: zeros at the end of one are those at
    /// the beginning of the next.
    /// </summary>
    public int Pitch { get; }

    /// <summary>Whether the layout is the window itself.</summary>
    public bool IsPlain => Step == 1 && start == 0 && Length == Windows.Length;

    /// <summary>Targets of a phase.</summary>
    /// <param name="phase">0-based.</param>
    public int TargetsOf(int phase) => (Windows.Targets - phase + TargetStep - 1) / TargetStep;

    /// <summary>The elements of the source in one of its phases.</summary>
    /// <param name="phase">0-based.</param>
    /// <returns>Where the first of them stands in the phase's layout, its place in the window, and how many there are.</returns>
    public (int Place, int Source, int Count) ElementsOf(int phase)
    {
        int begin = start + (int)((long)phase * axis.Dilation % Step), place = Math.Max(0, -FloorDivide(begin, Step));
        int source = begin + (place * Step);
        int count = source >= Windows.Length ? 0 : Math.Min(Length - place, ((Windows.Length - 1 - source) / Step) + 1);
        return (place, source, Math.Max(0, count));
    }

    /// <summary>Where the first target of a phase meets a kernel element.</summary>
    /// <param name="phase">The targets' phase.</param>
    /// <param name="tap">The kernel element's place in the order of the weights.</param>
    /// <param name="sourcePhase">The source's phase.</param>
    /// <param name="offset">The place in its layout.</param>
    /// <returns>Whether they meet.</returns>
    public bool TryMeet(int phase, int tap, out int sourcePhase, out int offset)
    {
        int at = order[tap] * axis.Dilation;
        if (!axis.IsTransposed)
        {
            (offset, sourcePhase) = (at / axis.Stride, order[tap] % cycle);
            return true;
        }

        (int shift, sourcePhase) = (Windows.Shift + phase - at, 0);
        int whole = FloorDivide(shift, axis.Stride);
        offset = whole - start;
        return whole * axis.Stride == shift;
    }

    private static int GreatestCommonDivisor(int a, int b) => b == 0 ? a : GreatestCommonDivisor(b, a % b);

    private static int FloorDivide(int a, int b) => a >= 0 ? a / b : -((-a + b - 1) / b);
}
