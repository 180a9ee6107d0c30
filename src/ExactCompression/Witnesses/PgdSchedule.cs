namespace ExactCompression.Witnesses;

/// <summary>How long the steps of an attack are: they decrease linearly from the first to the last.</summary>
/// <param name="Steps">How many there are.</param>
/// <param name="Width">By how much the length decreases over all steps, as a share of the domain's width; a small share is left.</param>
public readonly record struct PgdSchedule(int Steps, float Width)
{
    /// <summary>How much of a step's direction the next one keeps.</summary>
    public const float Momentum = 0.8f;

    private const float LastStep = 0.002f;

    /// <summary>Length of a step as a share of the domain's width in each input.</summary>
    /// <param name="step">0-based.</param>
    public float Length(int step) => (Width * (1 - ((float)step / Steps))) + LastStep;
}
