namespace ExactCompression.Bounds;

/// <summary>A phase that a <see cref="CrownSubproblem"/> fixes, with the multiplier (beta) of the assumption and its moments.</summary>
internal sealed class PhaseMultiplier
{
    /// <summary>Takes an assumption of a problem.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="number">The number of the assumption.</param>
    /// <param name="layer">0-based layer of the rectifier.</param>
    /// <param name="place">The rectifier's place among those of all windows.</param>
    public PhaseMultiplier(CrownSubproblem problem, int number, int layer, int place)
    {
        (Number, Layer, Place) = (number, layer, place);
        On = problem.Phases[number] > 0;
        Multiplier = BestMultiplier = problem.Multipliers[number];
    }

    /// <summary>The number of the assumption in the problem.</summary>
    public int Number { get; }

    /// <summary>0-based layer of the rectifier.</summary>
    public int Layer { get; }

    /// <summary>The rectifier's place among those of all windows (<see cref="WindowPlan.Offsets"/>).</summary>
    public int Place { get; }

    /// <summary>Whether the rectifier is held on, else off.</summary>
    public bool On { get; }

    /// <summary>The multiplier, not negative.</summary>
    public double Multiplier { get; private set; }

    /// <summary>The multiplier of the best bound so far.</summary>
    public double BestMultiplier { get; private set; }

    /// <summary>The rectifier's pre-activation at the last corner.</summary>
    public double Value { get; set; }

    private double Mean { get; set; }

    private double Square { get; set; }

    /// <summary>Keeps the multiplier: the bound is the best so far.</summary>
    public void Keep() => BestMultiplier = Multiplier;

    /// <summary>One step of Adam.</summary>
    /// <param name="rate">Length of the step.</param>
    /// <param name="correctMean">The mean's correction.</param>
    /// <param name="correctSquare">The square's correction.</param>
    public void Step(double rate, double correctMean, double correctSquare)
    {
        (Mean, Square) = AdamMoments.With(Mean, Square, On ? Value : -Value);
        Multiplier = Math.Max(0, Multiplier - (rate * (Mean * correctMean / (Math.Sqrt(Square * correctSquare) + 1e-12))));
    }
}
