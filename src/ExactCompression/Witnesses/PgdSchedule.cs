namespace ExactCompression.Witnesses;

/// <summary>How long the steps of an attack are: they decrease linearly from the first to the last.</summary>
/// <param name="Steps">How many there are.</param>
/// <param name="Width">Length of the first step as a share of the domain's width; the last is a small share.</param>
public readonly record struct PgdSchedule(int Steps, float Width)
{
    /// <summary>How much of a step's direction the next one keeps.</summary>
    public const float Momentum = 0.8f;

    private const float LastStep = 0.002f;

    /// <summary>Length of a step as a share of the domain's width in each input.</summary>
    /// <param name="step">0-based.</param>
    public float Length(int step) => (Width * (1 - ((float)step / Steps))) + LastStep;
}
