namespace ExactCompression;

/// <summary>How a network was trained: the options, and the result of each epoch. Immutable.</summary>
public sealed class TrainingHistory
{
    /// <summary>Makes a history.</summary>
    /// <param name="options">The options of training.</param>
    /// <param name="data">Name of the data.</param>
    /// <param name="trainRows">Rows trained on.</param>
    /// <param name="validationRows">Rows held out.</param>
    /// <param name="epochs">The epochs that ended, in order.</param>
    /// <param name="steps">Steps taken, including those of an incomplete epoch.</param>
    /// <param name="completed">Whether training ran to its end.</param>
    public TrainingHistory(
        ClassifierOptions options, string data, int trainRows, int validationRows, IEnumerable<TrainingEpoch> epochs, long steps,
        bool completed)
    {
        Options = options;
        Data = data;
        TrainRows = trainRows;
        ValidationRows = validationRows;
        Epochs = epochs.ToArray(); // an array, which PowerShell can index by [-1]
        Steps = steps;
        Completed = completed;
    }

    /// <summary>The options of training.</summary>
    public ClassifierOptions Options { get; }

    /// <summary>Name of the data.</summary>
    public string Data { get; }

    /// <summary>Rows trained on.</summary>
    public int TrainRows { get; }

    /// <summary>Rows held out to measure accuracy.</summary>
    public int ValidationRows { get; }

    /// <summary>The epochs that ended, in order.</summary>
    public IReadOnlyList<TrainingEpoch> Epochs { get; }

    /// <summary>Steps taken, including those of an incomplete epoch.</summary>
    public long Steps { get; }

    /// <summary>Whether training ran to its end; false if it was cancelled; the network is then the one at that point.</summary>
    public bool Completed { get; }

    /// <summary>Mean cross-entropy of the last epoch that ended; null if none did.</summary>
    public double? Loss => Epochs is [.., var last] ? last.Loss : null;

    /// <summary>Training accuracy of the last epoch that ended, 0 to 1; null if none did.</summary>
    public double? TrainAccuracy => Epochs is [.., var last] ? last.TrainAccuracy : null;

    /// <summary>
    /// Accuracy on the held-out rows after the last epoch that ended, 0 to 1; null if none did, or none were held out.
    /// </summary>
    public double? ValidationAccuracy => Epochs is [.., var last] ? last.ValidationAccuracy : null;

    /// <summary>Time until the last epoch ended.</summary>
    public TimeSpan Elapsed => Epochs is [.., var last] ? TimeSpan.FromSeconds(last.Seconds) : TimeSpan.Zero;

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        System.Globalization.CultureInfo.InvariantCulture,
        $"{Epochs.Count} epochs of {TrainRows} rows of {Data}"
            + $"{(ValidationAccuracy is { } accuracy ? $", accuracy {accuracy:F4} on {ValidationRows} others" : "")}"
            + $"{(Completed ? "" : ", stopped early")}");
}
