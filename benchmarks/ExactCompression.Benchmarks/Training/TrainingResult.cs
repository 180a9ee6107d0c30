namespace ExactCompression.Benchmarks;

/// <summary>What a program reports about a network that it trained.</summary>
/// <param name="Accuracy">On held-out rows, in percent.</param>
/// <param name="Steps">Steps it took.</param>
/// <param name="Seconds">Seconds they took.</param>
internal sealed record TrainingResult(double Accuracy, long Steps, double Seconds)
{
    /// <summary>Seconds per step.</summary>
    public double SecondsOfStep => Seconds / Steps;
}
