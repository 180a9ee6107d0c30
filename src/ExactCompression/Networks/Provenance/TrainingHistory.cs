namespace ExactCompression;

/// <summary>How a network was trained: the options, and what each epoch came to. Immutable.</summary>
public sealed class TrainingHistory
{
    /// <summary>Makes a history.</summary>
    /// <param name="options">What training was told.</param>
    /// <param name="data">Name of the data.</param>
    /// <param name="trainRows">Rows trained on.</param>
    /// <param name="validationRows">Rows kept back.</param>
    /// <param name="epochs">The epochs that ended, in order.</param>
    /// <param name="steps">Steps taken, those of an epoch cut short among them.</param>
    /// <param name="completed">Whether training ran to its end.</param>
    public TrainingHistory(
        ClassifierOptions options, string data, int trainRows, int validationRows, IEnumerable<TrainingEpoch> epochs, long steps,
        bool completed)
    {
        Options = options;
        Data = data;
        TrainRows = trainRows;
        ValidationRows = validationRows;
        Epochs = epochs.ToArray(); // an array, of which PowerShell takes [-1]
        Steps = steps;
        Completed = completed;
    }

    /// <summary>What training was told.</summary>
    public ClassifierOptions Options { get; }

    /// <summary>Name of the data.</summary>
    public string Data { get; }

    /// <summary>Rows trained on.</summary>
    public int TrainRows { get; }

    /// <summary>Rows kept back to measure accuracy on.</summary>
    public int ValidationRows { get; }

    /// <summary>The epochs that ended, in order.</summary>
    public IReadOnlyList<TrainingEpoch> Epochs { get; }

    /// <summary>Steps taken, those of an epoch that was cut short among them.</summary>
    public long Steps { get; }

    /// <summary>Whether training ran to its end; false where it was cancelled, and the network is what there was then.</summary>
    public bool Completed { get; }

    /// <summary>Mean cross-entropy of the last epoch that ended; null where none did.</summary>
    public double? Loss => Epochs is [.., var last] ? last.Loss : null;

    /// <summary>Training accuracy of the last epoch that ended, 0 to 1; null where none did.</summary>
    public double? TrainAccuracy => Epochs is [.., var last] ? last.TrainAccuracy : null;

    /// <summary>
    /// Accuracy on the rows kept back after the last epoch that ended, 0 to 1; null where none did, or none were kept back.
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
