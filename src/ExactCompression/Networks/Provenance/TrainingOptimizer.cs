namespace ExactCompression;

/// <summary>How training turns gradients into steps.</summary>
public enum TrainingOptimizer
{
    /// <summary>Stochastic gradient descent with momentum: <c>v = momentum v + g</c>, <c>w -= rate v</c>.</summary>
    Sgd,

    /// <summary>Adam (Kingma and Ba, 2015), with the usual decay of the second moment, 0.999; the momentum is that of the first.</summary>
    Adam,
}
